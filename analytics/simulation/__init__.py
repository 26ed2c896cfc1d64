"""Offices whose truth is known, made to see how often the product's own figures are right. Everything random comes in from outside."""
