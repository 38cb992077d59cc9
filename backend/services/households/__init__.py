"""Who lives in a home and sees it: invited, at home, looking on, gone."""
