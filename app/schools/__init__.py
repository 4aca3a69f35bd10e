"""Schools, their grades and classes, and how many they may register."""
