
namespace Progeny.Contracts.Metrics;

/// <summary>How long requests took, in microseconds: quantiles within 1 %, means exact.</summary>
/// <param name="Augment">The mean time spent on obtaining features.</param>
/// <param name="Queue">The mean time spent on waiting for the model.</param>
/// <param name="Predict">The mean time spent in the model.</param>
public sealed record LatencyFiguresView(double P50, double P90, double P99, double Mean, double Augment, double Queue, double Predict);
