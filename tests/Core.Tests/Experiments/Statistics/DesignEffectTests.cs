using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Experiments.Statistics;
using Progeny.Core.QueryLog;
using Progeny.Core.Rollouts;

namespace Progeny.Core.Tests.Experiments.Statistics;

public sealed class DesignEffectTests
{
    private const double Alpha = 0.05;

    [Fact]
    public void Cluster_is_that_of_what_the_plan_chooses_arms_by()
    {
        var record = new QueryRecord
        {
            At = DateTimeOffset.UnixEpoch,
            QueryId = "q",
            Project = "p",
            Release = "1.0.0",
            Generation = 1,
            Arm = "champion",
            Reason = "share",
            Entity = "anna",
            Fields = new Dictionary<string, object?> { ["team"] = "red", ["size"] = 3L, ["none"] = null },
            Latency = default,
        };
        EntityClusters.Of(record, null).ShouldBe(EntityClusters.Of("anna"));
        EntityClusters.Of(record, "team").ShouldBe(EntityClusters.Of("red"));
        EntityClusters.Of(record, "size").ShouldBe(EntityClusters.Of("3"));
        EntityClusters.Of(record, RolloutPlan.QueryIdKey).ShouldBeNull();
        EntityClusters.Of(record, "none").ShouldBeNull();
        EntityClusters.Of(record, "other").ShouldBeNull();
        EntityClusters.Of(record with { Fields = null }, "team").ShouldBeNull();
    }

    [Fact]
    public void Values_without_clusters_count_as_they_are()
    {
        var sums = Enumerable.Range(0, 100).Aggregate(ArmSums.None, (sums, i) => sums.Add(i % 2));
        DesignEffect.Of(sums).ShouldBe(1);
        DesignEffect.Effective(sums).ShouldBe(sums);
    }

    [Fact]
    public void Ten_values_of_each_entity_that_are_alike_count_as_one()
    {
        var random = new Random(1);
        var sums = ArmSums.None;
        for (var entity = 0; entity < 2_000; entity++)
        {
            var value = random.Next(2);
            for (var i = 0; i < 10; i++)
                sums = sums.Add(value, 1, EntityClusters.Of($"customer {entity}"));
        }

        // 64 clusters: the effect is found within a factor of √(1 ± 3 √(2 / 63)).
        DesignEffect.Of(sums)!.Value.ShouldBeInRange(5, 16);
        DesignEffect.Effective(sums)!.Count.ShouldBe(sums.Count / DesignEffect.Of(sums)!.Value, 1e-6);
        DesignEffect.Effective(sums)!.Mean!.Value.ShouldBe(sums.Mean!.Value, 1e-9);
    }

    [Fact]
    public void Values_of_entities_that_do_not_differ_count_nearly_as_they_are()
    {
        var random = new Random(2);
        var sums = ArmSums.None;
        for (var i = 0; i < 10_000; i++)
            sums = sums.Add(random.Next(2), 1, EntityClusters.Of($"customer {random.Next(1_000)}"));

        DesignEffect.Of(sums)!.Value.ShouldBeInRange(1, 1.6);
    }

    [Fact]
    public void Values_that_are_all_the_same_count_as_one_for_each_cluster()
    {
        var sums = Enumerable.Range(0, 6_400).Aggregate(ArmSums.None, (sums, i) => sums.Add(1, 1, i % 64));
        DesignEffect.Effective(sums)!.Count.ShouldBe(64, 1e-9);
    }

    [Fact]
    public void Nothing_is_said_of_a_few_entities_however_many_their_outcomes()
    {
        ArmSums Of(int entities, double value) =>
            Enumerable.Range(0, 10_000).Aggregate(ArmSums.None, (sums, i) => sums.Add(i % 10 == 0 ? 1 - value : value, 1, i % entities));

        DesignEffect.Of(Of(9, 1)).ShouldBeNull();
        var comparison = Comparison.Of(Of(9, 1), Of(40, 0), Goal.Maximize, Alpha);
        (comparison.EvidenceBetter, comparison.EvidenceWorse, comparison.Interval).ShouldBe((1, 1, null));
        Comparison.CanTell(Of(9, 1), Of(40, 0)).ShouldBeFalse();
        Comparison.IsOfTooFew(Of(9, 1)).ShouldBeTrue();
        Comparison.IntervalOf(Of(9, 1), Alpha).ShouldBeNull();
        Comparison.Of(Of(10, 1), Of(40, 0), Goal.Maximize, Alpha).EvidenceWorse.ShouldBeGreaterThan(1_000);
        Comparison.IsOfTooFew(ArmSums.None).ShouldBeFalse();
    }

    [Fact]
    public void Corrections_and_discounts_reach_clusters()
    {
        var sums = ArmSums.None.Add(1, 1, 3).Add(0, 1, 3).Add(1, -1, 3).Scale(0.5);
        (sums.Clusters!.Counts[3], sums.Clusters.Sums[3], sums.Clusters.Counts.Sum()).ShouldBe((0.5, 0, 0.5));
    }

    [Fact]
    public void Entities_that_differ_make_no_verdicts_where_arms_do_not()
    {
        const int Runs = 100, Entities = 60, Outcomes = 2_000;
        var (byQuery, byEntity) = (0, 0);
        for (var run = 0; run < Runs; run++)
        {
            var random = new Random(run);
            var rates = Enumerable.Range(0, Entities)
                .Select(_ => (Rate: random.NextDouble(), Arm: random.Next(2), Cluster: random.Next(ClusterSums.Number))).ToArray();
            ArmSums[] plain = [ArmSums.None, ArmSums.None], clustered = [ArmSums.None, ArmSums.None];
            var (foundByQuery, foundByEntity) = (false, false);
            for (var i = 1; i <= Outcomes; i++)
            {
                var entity = rates[random.Next(Entities)];
                var value = random.NextDouble() < entity.Rate ? 1 : 0;
                plain[entity.Arm] = plain[entity.Arm].Add(value);
                clustered[entity.Arm] = clustered[entity.Arm].Add(value, 1, entity.Cluster);
                if (i % 100 != 0)
                    continue;
                foundByQuery |= IsFound(plain);
                foundByEntity |= IsFound(clustered);
            }

            byQuery += foundByQuery ? 1 : 0;
            byEntity += foundByEntity ? 1 : 0;
        }

        // What is mended is there to be mended: reckoned as independent, more than a quarter of the runs has a winner.
        byQuery.ShouldBeGreaterThan(25);
        byEntity.ShouldBeLessThanOrEqualTo(5);

        static bool IsFound(ArmSums[] arms) =>
            Comparison.Of(arms[0], arms[1], Goal.Maximize, Alpha) is var found
                && Math.Max(found.EvidenceBetter, found.EvidenceWorse) >= 2 / Alpha;
    }
}
