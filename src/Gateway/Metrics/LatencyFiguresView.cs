using Progeny.Core.Metrics;

namespace Progeny.Gateway.Metrics;

/// <summary>How long requests took, in microseconds: quantiles within 1 %, means exact.</summary>
/// <param name="Augment">The mean time spent on obtaining features.</param>
/// <param name="Queue">The mean time spent on waiting for the model.</param>
/// <param name="Predict">The mean time spent in the model.</param>
internal sealed record LatencyFiguresView(double P50, double P90, double P99, double Mean, double Augment, double Queue, double Predict)
{
    public static LatencyFiguresView? From(ServingCounts counts) => counts.Requests == 0
        ? null
        : new(
            counts.Latency.Quantile(0.5)!.Value,
            counts.Latency.Quantile(0.9)!.Value,
            counts.Latency.Quantile(0.99)!.Value,
            counts.Latency.Mean!.Value,
            (double)counts.AugmentMicroseconds / counts.Requests,
            (double)counts.QueueMicroseconds / counts.Requests,
            (double)counts.PredictMicroseconds / counts.Requests);
}
