using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.QueryLog;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Serving;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.QueryLog;

public sealed class QueryBatchTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Records_of_any_queries_read_as_they_were_written(int seed)
    {
        var random = new RandomEntries(seed);
        var served = RandomEntries.Serve(random.Manifest());
        var entries = Enumerable.Range(0, 8).Select(_ => random.Entry(served)).ToList();

        var read = Read(Encode(entries)).ToList();

        read.ShouldBe(entries.OrderBy(entry => entry.At).SelectMany(ExpectedRecords.Of));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Numbers_and_texts_are_bit_equal_without_records(int seed)
    {
        var random = new RandomEntries(seed);
        var served = RandomEntries.Serve(random.Manifest());
        var entry = random.Entry(served);
        var columns = entry.Rows!.Features.Columns;
        var row = 0;
        foreach (var batch in Encode([entry]))
        {
            var reader = new QueryBatchReader(batch);
            for (; reader.Read(); row++)
            {
                reader.QueryId.ShouldBe(entry.QueryIds[row]);
                reader.Hash.ShouldBe(QueryHash.Of(batch.Project, entry.QueryIds[row]));
                reader.IsFirstOfRequest.ShouldBe(row == 0);
                for (var i = 0; i < columns.Count; i++)
                {
                    reader.IsMissing(i).ShouldBe(columns[i].IsMissing(row));
                    reader.IsAugmented(i).ShouldBe(columns[i].IsAugmented(row));
                    if (batch.Layout.Features[i].Type == QueryFieldType.Text)
                        reader.GetText(i).ShouldBe((string?)columns[i].Get(row));
                    else
                        BitConverter.DoubleToInt64Bits(reader.GetNumber(i))
                            .ShouldBe(BitConverter.DoubleToInt64Bits(Number(columns[i].Get(row))));
                }

                if (entry.Prediction is not { } prediction)
                    continue;
                MemoryMarshal.AsBytes(reader.Scores).ToArray().ShouldBe(MemoryMarshal.AsBytes(prediction.Row(row)).ToArray());
                reader.Label.ShouldBe(prediction.Classes.IsEmpty ? -1 : prediction.Labels.Span[row]);
            }
        }

        row.ShouldBe(entry.QueryIds.Length);
    }

    [Fact]
    public void Builders_that_are_joined_give_the_order_of_time()
    {
        var random = new RandomEntries(7);
        var served = RandomEntries.Serve(random.Manifest());
        var entries = Enumerable.Range(0, 50).Select(_ => random.Entry(served)).ToList();
        using var one = new QueryBatchBuilder(served.Log);
        using var other = new QueryBatchBuilder(served.Log);
        for (var i = 0; i < entries.Count; i++)
            (i % 3 == 0 ? one : other).Add(entries[i]);

        one.Add(other);
        var batches = one.Take();

        batches.Count.ShouldBeGreaterThan(1);
        batches.Sum(batch => batch.Count).ShouldBe(entries.Sum(entry => entry.QueryIds.Length));
        Read(batches).ShouldBe(entries.OrderBy(entry => entry.At).SelectMany(ExpectedRecords.Of));
        one.Count.ShouldBe(0);
        one.Take().ShouldBeEmpty();
    }

    [Fact]
    public void Tensors_read_as_they_were_written_and_big_ones_by_their_shape()
    {
        var served = RandomEntries.Serve(ServedManifests.Of(MachineLearningTask.Regression));
        var small = new InferQuery
        {
            Inputs =
            [
                new Tensor { Name = "x", Type = DataType.Fp32, Shape = [2], Data = MemoryMarshal.AsBytes<float>([1, float.NaN]).ToArray() },
                new Tensor { Name = "t", Type = DataType.Bytes, Shape = [1, -1], Elements = TextElements.Of("é\"") },
            ],
            Entity = "e",
        };
        var big = new InferQuery { Inputs = [new Tensor { Name = "x", Type = DataType.UInt8, Shape = [70_000], Data = new byte[70_000] }] };
        QueryLogEntry[] entries = [Tensors(served, small, null), Tensors(served, big, null), Tensors(served, small, "The model failed.")];

        Read(Encode(entries)).ShouldBe(entries.SelectMany(ExpectedRecords.Of));
    }

    [Fact]
    public void Redacted_fields_are_nowhere_in_a_batch()
    {
        var manifest = ServedManifests.Of(
            MachineLearningTask.Regression, ServedManifests.Category("name"), ServedManifests.Number("age")) with
        {
            Entity = "customer",
            Serving = new ServingManifest { Redact = ["name", "customer"] },
        };
        var served = RandomEntries.Serve(manifest);
        var rows = ServedManifests.Read(manifest, """{"name":"Ada Lovelace","age":36,"customer":"c-1815"}""");
        var entry = new QueryLogEntry
        {
            At = DateTimeOffset.UnixEpoch, Plan = served.Log, Arm = "champion", Reason = "share", QueryIds = ["q"], Rows = rows,
            Error = "Rule 'x' failed on row 0: 'Ada Lovelace' of c-1815 is no number.", Latency = default,
        };

        var batch = Encode([entry]).Single();

        var record = Read([batch]).Single();
        record.Fields.ShouldBe("""{"age":36}""");
        record.Rest.Entity.ShouldBeNull();
        record.Rest.Error.ShouldBe("Rule 'x' failed on row 0: '(redacted)' of (redacted) is no number.");
        var bytes = System.Text.Encoding.UTF8.GetString(batch.Data.Span);
        bytes.ShouldNotContain("Lovelace");
        bytes.ShouldNotContain("1815");
    }

    [Fact]
    public void Redacted_tensors_are_left_out()
    {
        var served = RandomEntries.Serve(
            ServedManifests.Of(MachineLearningTask.Regression) with { Serving = new ServingManifest { Redact = ["secret"] } });
        var query = new InferQuery
        {
            Inputs =
            [
                new Tensor { Name = "secret", Type = DataType.Bytes, Shape = [1], Elements = TextElements.Of("1815") },
                new Tensor { Name = "x", Type = DataType.Bool, Shape = [1], Data = new byte[] { 1 } },
            ],
        };

        Read(Encode([Tensors(served, query, null)])).Single().Fields.ShouldBe("""{"x":{"datatype":"BOOL","shape":[1],"data":[true]}}""");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Sample_keeps_the_fields_of_a_share_and_all_else_of_every_query(double share)
    {
        var manifest = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Number("x")) with
        {
            Entity = "customer",
            Serving = new ServingManifest { LogSample = share },
        };
        var served = RandomEntries.Serve(manifest);
        const int count = 4_000;
        var entry = new QueryLogEntry
        {
            At = DateTimeOffset.UnixEpoch, Plan = served.Log, Arm = "champion", Reason = "share", QueryIds = [
                .. Enumerable.Range(0, count).Select(i => $"q{i}"),
            ],
            Rows = ServedManifests.Read(
                manifest, string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"x":{{i}},"customer":{{i}}}"""))),
            Prediction = new Prediction { Classes = [], Scores = new float[count], Labels = default },
            Latency = new QueryLatency(1, 2, 3, 4),
        };

        var records = Read(Encode([entry])).ToList();

        var kept = records.Where(record => record.Fields is not null).Select(record => record.Rest.QueryId).ToHashSet();
        ((double)kept.Count / count).ShouldBe(share, 0.03);
        records.Select(record => record with { Fields = null })
            .ShouldBe(ExpectedRecords.Of(entry).Select(record => record with { Fields = null }));
        Read(Encode([entry])).Where(record => record.Fields is not null).Select(record => record.Rest.QueryId).ToHashSet().SetEquals(kept)
            .ShouldBeTrue();

        // Whoever knows what one release keeps does not know it of another.
        var other = Read(Encode([entry with { Plan = RandomEntries.Serve(manifest, samplingSeed: 7).Log }]))
            .Where(record => record.Fields is not null).ToList();
        ((double)other.Count(record => kept.Contains(record.Rest.QueryId)) / count).ShouldBe(share * share, 0.03);
    }

    [Fact]
    public void Entry_that_cannot_be_written_leaves_the_others_as_they_were()
    {
        var random = new RandomEntries(3);
        var served = RandomEntries.Serve(random.Manifest());
        var good = random.Entry(served);
        var bad = Tensors(served, new InferQuery { Inputs = [new Tensor { Name = null!, Type = DataType.Bool, Shape = [] }] }, null);
        using var builder = new QueryBatchBuilder(served.Log);
        builder.Add(good);

        Should.Throw<Exception>(() => builder.Add(bad));
        builder.Add(good);

        Read(builder.Take()).ShouldBe([.. ExpectedRecords.Of(good), .. ExpectedRecords.Of(good)]);
    }

    [Fact]
    public void Damaged_batch_is_refused_and_never_read_beyond_its_end()
    {
        var random = new RandomEntries(11);
        var served = RandomEntries.Serve(random.Manifest());
        var batch = Encode([random.Entry(served)])[0];
        for (var length = 0; length < Math.Min(batch.Data.Length, 500); length++)
        {
            var cut = batch with { Data = batch.Data[..length] };
            if (length != 1)
                Should.Throw<InvalidDataException>(() => Read([cut]).Count());
        }

        Should.Throw<InvalidDataException>(() => new QueryBatchReader(batch with { Data = new byte[] { 9 } })).Message.ShouldContain(
            "format 9");
    }

    private static double Number(object? value) => value switch
    {
        null => double.NaN,
        bool boolean => boolean ? 1 : 0,
        _ => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture),
    };

    private static QueryLogEntry Tensors(ServedGeneration served, InferQuery query, string? error) => new()
    {
        At = DateTimeOffset.UnixEpoch, Plan = served.Log, Arm = "champion", Reason = "requested", QueryIds = ["q"], Tensors = query,
        Outputs = error is null ? query.Inputs : [], Error = error, Latency = default,
    };

    private static IReadOnlyList<QueryBatch> Encode(IEnumerable<QueryLogEntry> entries)
    {
        using var builder = new QueryBatchBuilder(entries.First().Plan);
        foreach (var entry in entries)
            builder.Add(entry);
        return builder.Take();
    }

    private static IEnumerable<ShownRecord> Read(IEnumerable<QueryBatch> batches)
    {
        foreach (var batch in batches)
        {
            var reader = new QueryBatchReader(batch);
            while (reader.Read())
                yield return ShownRecord.Of(reader.ToRecord());
            reader.Index.ShouldBe(batch.Count - 1);
        }
    }
}
