"""What analysts and publishers do: draft, import, propose, publish or return, switch off and on."""
