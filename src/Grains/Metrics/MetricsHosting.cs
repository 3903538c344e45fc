using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Metrics;
using Progeny.Grains.Common;

namespace Progeny.Grains.Metrics;

/// <summary>Registers what counts on a silo, and what reports it to the perfdb.</summary>
internal static class MetricsHosting
{
    /// <summary>
    /// Registers the meters, and the publisher that sends summaries to grains. It must be added behind the silo, and before what answers
    /// queries: hosts stop what they started last first, and its last summaries hold the last query.
    /// </summary>
    public static void AddMetrics(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MetricsOptions>()
            .Configure(metrics => configuration.ReadInto("Metrics", metrics))
            .Validate(
                metrics => metrics.PublishSeconds is >= MetricsOptions.MinSeconds and <= MetricsOptions.MaxSeconds,
                FormattableString.Invariant(
                    $"Metrics:PublishSeconds is {configuration["Metrics:PublishSeconds"]}; it must be from {MetricsOptions.MinSeconds} to {MetricsOptions.MaxSeconds}, the seconds between two reports of a node to the perfdb."))
            .Validate(
                metrics => metrics.ScoreSeconds is >= MetricsOptions.MinSeconds and <= MetricsOptions.MaxSeconds,
                FormattableString.Invariant(
                    $"Metrics:ScoreSeconds is {configuration["Metrics:ScoreSeconds"]}; it must be from {MetricsOptions.MinSeconds} to {MetricsOptions.MaxSeconds}, the seconds between two searches for outcomes that were reported."))
            .ValidateOnStart();
        services.AddSingleton<ServingMeters>();
        services.AddHostedService<SummaryPublisher>();
    }
}
