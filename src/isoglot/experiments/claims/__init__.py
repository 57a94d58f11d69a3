"""Claims: sentences as data, judged by what an experiment measured; and claims of any text beside what is near them."""
