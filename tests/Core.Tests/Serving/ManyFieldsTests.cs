using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Progeny.Abstractions.Queries;
using Progeny.Core.Common;
using Progeny.Core.Queries;

namespace Progeny.Core.Tests.Serving;

/// <summary>
/// Thousands of fields in another order than the schema's cost about the same as in its order: no field is searched for among all.
/// </summary>
public sealed class ManyFieldsTests
{
    // A search among all of 20,000 fields would make it a factor of some hundreds.
    private const int Fields = 20_000;
    private const double MaxTimes = 15;

    private static readonly QuerySchema Schema = new(ServedManifests.Of(
        MachineLearningTask.Regression, [.. Enumerable.Range(0, Fields).Select(i => ServedManifests.Number($"feature_number_{i}"))]));

    private static readonly ImmutableArray<TensorSpec> Inputs = [
        .. Schema.Features.Select(feature => new TensorSpec(feature.Name, DataType.Fp32, [-1, 1])),
    ];

    [Fact]
    public void Json_when_its_fields_come_in_reverse_then_costs_about_the_same()
    {
        byte[][] bodies = [Body(reverse: false), Body(reverse: true)];
        Times(reverse =>
        {
            var (rows, error) = QueryRowsReader.Read(bodies[reverse ? 1 : 0], Schema);
            error.ShouldBeNull();
            rows!.Features.Errors.ShouldBeEmpty();
            rows.Features.Columns[17].GetFloat(0).ShouldBe(17);
            rows.Dispose();
        }).ShouldBeLessThan(MaxTimes);
    }

    [Fact]
    public void Tensors_when_they_come_in_reverse_then_cost_about_the_same()
    {
        ImmutableArray<Tensor>[] tensors = [Tensors(reverse: false), Tensors(reverse: true)];
        Times(reverse =>
        {
            var (rows, error) = TensorRowsReader.Read(new InferQuery { Inputs = tensors[reverse ? 1 : 0] }, Schema);
            error.ShouldBeNull();
            rows!.Features.Columns[17].GetFloat(0).ShouldBe(17);
            rows.Dispose();
        }).ShouldBeLessThan(MaxTimes);
    }

    [Fact]
    public void Inputs_of_a_model_when_they_come_in_reverse_then_cost_about_the_same()
    {
        ImmutableArray<Tensor>[] tensors = [Tensors(reverse: false), Tensors(reverse: true)];
        Times(reverse => TensorChecks.Problem(tensors[reverse ? 1 : 0], Inputs).ShouldBeNull()).ShouldBeLessThan(MaxTimes);
    }

    /// <summary>How many times as long the reverse order takes; of each the shortest of several runs.</summary>
    private static double Times(Action<bool> read)
    {
        var (forward, backward) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i < 6; i++)
        {
            forward = Shorter(forward, reverse: false);
            backward = Shorter(backward, reverse: true);
        }

        return backward / forward;

        TimeSpan Shorter(TimeSpan known, bool reverse)
        {
            var started = Stopwatch.GetTimestamp();
            read(reverse);
            var elapsed = Stopwatch.GetElapsedTime(started);
            return elapsed < known ? elapsed : known;
        }
    }

    private static byte[] Body(bool reverse)
    {
        var members = Enumerable.Range(0, Fields).Select(i => $"\"feature_number_{i}\":{i}");
        return Encoding.UTF8.GetBytes($"{{\"rows\":[{{{string.Join(',', reverse ? members.Reverse() : members)}}}]}}");
    }

    private static ImmutableArray<Tensor> Tensors(bool reverse)
    {
        var tensors = Inputs.Select(
            (input, i) => new Tensor { Name = input.Name, Type = DataType.Fp32, Shape = [1, 1], Data = BitConverter.GetBytes((float)i) });
        return [.. reverse ? tensors.Reverse() : tensors];
    }
}
