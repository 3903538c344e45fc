using Progeny.Abstractions.QueryLog;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Tests.QueryLog;

/// <summary>The records of an entity are taken out of a batch, and the others stay as they were.</summary>
public sealed class ErasedBatchTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Records_of_others_keep_their_place_and_their_values(int seed)
    {
        var random = new RandomEntries(seed);
        var served = RandomEntries.Serve(random.Manifest());
        using var builder = new QueryBatchBuilder(served.Log);
        for (var i = 0; i < 8; i++)
            builder.Add(random.Entry(served));
        foreach (var batch in builder.Take())
        {
            var before = Read(0, batch).ToList();
            foreach (var entity in before.Select(record => record.Entity).OfType<string>().Distinct().ToList())
            {
                var left = ErasedBatch.Of(batch, entity).ShouldNotBeNull();

                left.Erased.Select(record => (long)record.Index)
                    .ShouldBe(before.Where(record => record.Entity == entity).Select(record => record.Sequence));
                left.Erased.Select(record => record.QueryId)
                    .ShouldBe(before.Where(record => record.Entity == entity).Select(record => record.Shown.Rest.QueryId));
                var after = left.Parts.SelectMany(part => Read(part.First, part.Batch)).ToList();
                var kept = before.Where(record => record.Entity != entity).ToList();
                after.Select(record => record.Sequence).ShouldBe(kept.Select(record => record.Sequence));
                foreach (var (one, other) in after.Zip(kept))
                    (one.Shown.Rest.Error is "(erased)"
                        ? other.Shown with { Rest = other.Shown.Rest with { Error = "(erased)" } }
                        : other.Shown).ShouldBe(one.Shown);
            }

            ErasedBatch.Of(batch, "nobody at all").ShouldBeNull();
        }
    }

    private static IEnumerable<(long Sequence, string? Entity, ShownRecord Shown)> Read(long first, QueryBatch batch)
    {
        var reader = new QueryBatchReader(batch);
        while (reader.Read())
            yield return (first + reader.Index, reader.Entity, ShownRecord.Of(reader.ToRecord()));
        reader.Index.ShouldBe(batch.Count - 1);
    }
}
