using Orleans.Concurrency;

namespace Progeny.Engine.Bench;

/// <summary>A message as the hot path has it.</summary>
[GenerateSerializer, Immutable]
public sealed record Query([property: Id(0)] ReadOnlyMemory<float> Column);

public interface IPredictor : IGrainWithStringKey
{
    ValueTask<float> Predict(Query query);
}

public interface IWorkingPredictor : IPredictor;

public interface ISinglePredictor : IPredictor;

[StatelessWorker]
public sealed class WorkingPredictorGrain : Grain, IWorkingPredictor
{
    public ValueTask<float> Predict(Query query) => new(Summing.Of(query));
}

public sealed class SinglePredictorGrain : Grain, ISinglePredictor
{
    public ValueTask<float> Predict(Query query) => new(Summing.Of(query));
}

internal static class Summing
{
    public static float Of(Query query)
    {
        var sum = 0f;
        foreach (var value in query.Column.Span)
            sum += value;
        return sum;
    }
}
