using Progeny.Abstractions.Releases;
using Progeny.Core.Metrics;

namespace Progeny.Gateway.Serving;

/// <summary>What a generation has answered on this node since it started, as Triton counts it.</summary>
/// <param name="Name">The project.</param>
/// <param name="Version">The generation.</param>
/// <param name="InferenceCount">Rows that were answered.</param>
/// <param name="ExecutionCount">Requests that were answered.</param>
/// <param name="InferenceStats">Requests, and the time that they took.</param>
internal sealed record ModelStatisticsEntry(
    string Name, string Version, long InferenceCount, long ExecutionCount, RequestStatistics InferenceStats)
{
    private const long NanosecondsPerMicrosecond = 1_000;

    public static ModelStatisticsEntry From(GenerationReference generation, ServingTotal total)
    {
        var answered = total.Requests - total.Errors;
        return new ModelStatisticsEntry(
            generation.Project,
            generation.Version,
            total.Rows,
            answered,
            new RequestStatistics(
                new StatisticDuration(answered, total.LatencySum * NanosecondsPerMicrosecond), new StatisticDuration(total.Errors, 0)));
    }

    /// <summary>The entry as a message of the gRPC service.</summary>
    public Grpc.ModelStatistics ToMessage() => new()
    {
        Name = Name,
        Version = Version,
        InferenceCount = (ulong)InferenceCount,
        ExecutionCount = (ulong)ExecutionCount,
        InferenceStats = new() { Success = InferenceStats.Success.ToMessage(), Fail = InferenceStats.Fail.ToMessage() },
    };
}

/// <summary>Requests that were answered, and those that failed.</summary>
internal sealed record RequestStatistics(StatisticDuration Success, StatisticDuration Fail);

/// <summary>
/// A number of requests and the nanoseconds that all of them took together; those of failures are with the answered ones.
/// </summary>
internal sealed record StatisticDuration(long Count, long Ns)
{
    public Grpc.StatisticDuration ToMessage() => new() { Count = (ulong)Count, Ns = (ulong)Ns };
}
