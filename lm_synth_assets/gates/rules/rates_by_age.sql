-- Adult ED rates are highest from 65 years and Pediatric ED rates under 15, in every LHA and gender.
WITH aged AS (
    SELECT ed_subservice, lha_id, gender, baserate_per_1000,
           CASE ed_subservice WHEN 'Adult ED' THEN age_group IN ('65-74', '75-84', '85+')
                              ELSE age_group IN ('0-4', '5-14') END AS among_them
    FROM ed_baseline_rates
    WHERE ed_subservice IN ('Adult ED', 'Pediatric ED')
),
highest AS (
    SELECT ed_subservice, lha_id, gender,
           MAX(CASE WHEN among_them THEN baserate_per_1000 ELSE 0 END) AS among,
           MAX(CASE WHEN among_them THEN 0 ELSE baserate_per_1000 END) AS others
    FROM aged
    GROUP BY ed_subservice, lha_id, gender
)
SELECT *
FROM highest
WHERE among < others
ORDER BY ed_subservice, lha_id, gender
