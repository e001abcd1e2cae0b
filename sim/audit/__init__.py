"""The engine on CMS's own files: what they settle to, and what their ACOs would face under LEAD."""
