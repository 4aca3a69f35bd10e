"""What the form designer calls what a form may ask."""

from __future__ import annotations

#: the formats that a form may ask for, as people call them
FORMAT_NAMES = {
    "date": "日期",
    "person-name": "姓名",
    "latin-name": "拼音或外文姓名",
    "cn-id": "学籍主号（居民身份证号）",
    "cn-national-number": "全国学籍号",
    "cn-mobile": "手机号码",
    "cn-address": "地址",
    "cn-division": "行政区划代码",
    "cn-postcode": "邮政编码",
    "country": "国家或地区代码",
    "code": "代码（大写字母和数字）",
    "email": "电子邮箱",
    "homepage": "主页地址",
    "kilometres": "公里数",
    "validity": "证件有效期",
}
