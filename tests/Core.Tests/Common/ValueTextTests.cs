using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;
using Progeny.Core.Tests.QueryLog;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.Common;

/// <summary>A value has the same text whichever way a client sends it, and in the log.</summary>
public sealed class ValueTextTests
{
    private static readonly Manifest Project = ServedManifests.Of(MachineLearningTask.Regression, ServedManifests.Category("plan")) with
    {
        Entity = "customer",
    };

    private static readonly Arbitrary<string> Texts = Arb.From(Gen.Frequency(
        (3, Gen.Elements(
            "1.1",
            "1.10",
            "2.0",
            "2",
            "12E4",
            "120000",
            "-0",
            "0",
            "1e-3",
            "9007199254740993",
            "12345678901234567890",
            "007",
            "+1",
            "true",
            "True",
            "A",
            "a",
            "ß",
            " x ")),
        (3, Gen.Choose(-100_000, 100_000).Select(number => (number / 1000.0).ToString("0.000", CultureInfo.InvariantCulture))),
        (2, ArbMap.Default.GeneratorFor<long>().Select(number => number.ToString(CultureInfo.InvariantCulture))),
        (2, ArbMap.Default.GeneratorFor<NonEmptyString>().Select(text => text.Get).Where(text => !text.Any(char.IsSurrogate)))));

    [Fact]
    public void Text_of_a_category_entity_and_outcome_is_the_same_by_every_way() => Prop.ForAll(Texts, text =>
    {
        var quoted = JsonSerializer.Serialize(text);
        using var byText = ServedManifests.Read(Project, $$"""{"plan":{{quoted}},"customer":{{quoted}}}""");
        AssertIs(byText);
        using var byTensor = TensorRowsReader.Read(
            new InferQuery { Inputs = [Bytes("plan", text), Bytes("customer", text)] }, new QuerySchema(Project)).Rows!;
        AssertIs(byTensor);
        OutcomeValues.Read(Project with { Label = null, Task = MachineLearningTask.Binary }, JsonElement.Parse(quoted)).Value.ShouldBe(
            text.Length <= OutcomeValues.MaxCharacters ? text : null);
        if (!IsNumber(text))
            return;
        using var byNumber = ServedManifests.Read(Project, $$"""{"plan":{{text}}}""");
        byNumber.Get(0, "plan").ShouldBe(text);
        OutcomeValues.Read(Project with { Label = null, Task = MachineLearningTask.Binary }, JsonElement.Parse(text)).Value.ShouldBe(text);

        void AssertIs(QueryRows rows)
        {
            rows.Features.Errors.ShouldBeEmpty();
            rows.Get(0, "plan").ShouldBe(text);
            rows.EntityOf(0).ShouldBe(text);
            var served = RandomEntries.Serve(Project);
            using var builder = new QueryBatchBuilder(served.Log);
            builder.Add(
                new QueryLogEntry
                {
                    At = DateTimeOffset.UnixEpoch,
                    Plan = served.Log,
                    Arm = "champion",
                    Reason = "share",
                    QueryIds = ["q"],
                    Rows = rows,
                    Error = "none",
                    Latency = new QueryLatency(1, 1, 1, 1),
                });
            var reader = new QueryBatchReader(builder.Take().ShouldHaveSingleItem());
            reader.Read().ShouldBeTrue();
            reader.FieldText("plan").ShouldBe(text);
            reader.FieldText("customer").ShouldBe(text);
            reader.Entity.ShouldBe(text);
            reader.ToRecord().Fields!["plan"].ShouldBe(text);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whole_number_has_the_same_text_as_JSON_and_in_tensors_of_any_type() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), number =>
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        using var json = ServedManifests.Read(Project, $$"""{"plan":"x","customer":{{text}}}""");
        using var real = ServedManifests.Read(Project, $$"""{"plan":"x","customer":{{text}}.0}""");
        using var wide = Numbers<long>(DataType.Int64, number);
        using var floating = Numbers<double>(DataType.Fp64, number);
        foreach (var rows in new[] { json, real, wide, floating })
            rows.EntityOf(0).ShouldBe(text);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whole_number_past_64_bits_keeps_its_digits_or_is_refused()
    {
        using var kept = ServedManifests.Read(Project, """{"plan":12345678901234567890,"customer":"12345678901234567890"}""");
        (kept.Get(0, "plan"), kept.EntityOf(0)).ShouldBe(("12345678901234567890", "12345678901234567890"));
        using var refused = ServedManifests.Read(Project, """{"plan":"x","customer":12345678901234567890}""");
        refused.Features.Errors.ShouldHaveSingleItem().Message.ShouldBe(
            "12345678901234567890 has more digits than a whole number of 64 bits; as a text it would keep them");
        using var unsigned = Numbers(DataType.UInt64, ulong.MaxValue);
        unsigned.Features.Errors.ShouldHaveSingleItem().Field.ShouldBe("customer");
        using var fits = Numbers<ulong>(DataType.UInt64, 9_007_199_254_740_993);
        fits.EntityOf(0).ShouldBe("9007199254740993");
    }

    private static QueryRows Numbers<T>(DataType type, T number)
        where T : unmanaged => TensorRowsReader.Read(
        new InferQuery
        {
            Inputs = [
                Bytes("plan", "x"),
                new Tensor { Name = "customer", Type = type, Shape = [1, 1], Data = MemoryMarshal.AsBytes<T>([number]).ToArray() },
            ],
        },
        new QuerySchema(Project)).Rows!;

    private static Tensor Bytes(string name, string text) =>
        new() { Name = name, Type = DataType.Bytes, Shape = [1, 1], Elements = [Encoding.UTF8.GetBytes(text)] };

    private static bool IsNumber(string text)
    {
        try
        {
            return JsonElement.Parse(text).ValueKind == JsonValueKind.Number && text == text.Trim();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
