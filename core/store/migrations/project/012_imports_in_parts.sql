-- A long lineage is added in several transactions. Until the last of them its facts stand between these numbers, and nobody sees
-- them, since their instructions are not there yet; what an interrupted import left is taken out when the project is opened.
create table unfinished_import (first_seq bigint primary key, last_seq bigint not null);
