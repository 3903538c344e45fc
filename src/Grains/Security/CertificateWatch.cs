using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Progeny.Core.Telemetry;
using Progeny.Grains.Common;

namespace Progeny.Grains.Security;

/// <summary>Takes over certificates whose files were replaced, and warns of those that expire soon.</summary>
/// <remarks>The files are read again and again: what watches folders misses the links that Kubernetes replaces.</remarks>
internal sealed partial class CertificateWatch(
    IEnumerable<CertificateSource> sources, IMeterFactory meters, TimeProvider time, ILogger<CertificateWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarningTime = TimeSpan.FromDays(14);
    private static readonly TimeSpan WarningInterval = TimeSpan.FromDays(1);

    private readonly Dictionary<CertificateSource, long> _warned = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meters.Create(ProgenyTelemetry.Name)
            .CreateObservableGauge(
                "progeny.certificate.expires.seconds", Measure, null, "Seconds until a certificate of this node expires.");
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                foreach (var source in sources)
                    Check(source);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The node stops.
        }
    }

    private void Check(CertificateSource source)
    {
        try
        {
            if (source.Reload())
            {
                LogReplaced(logger, source.Section, source.Current.Own.Subject, source.Current.ExpiresAt);
                _warned.Remove(source);
            }
        }
        catch (SettingException exception)
        {
            LogWrong(logger, exception.Message, source.Current.ExpiresAt);
        }

        if (source.Current.ExpiresAt - time.GetUtcNow() < WarningTime
            && (!_warned.TryGetValue(source, out var warnedAt) || time.GetElapsedTime(warnedAt) >= WarningInterval))
        {
            _warned[source] = time.GetTimestamp();
            LogExpires(logger, source.Section, source.Current.ExpiresAt);
        }
    }

    private IEnumerable<Measurement<double>> Measure() => sources.Select(source => new Measurement<double>(
        Math.Round((source.Current.ExpiresAt - time.GetUtcNow()).TotalSeconds),
        new KeyValuePair<string, object?>("certificate", source.Section)));

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The certificate of {Section} was replaced by that of {Subject}, which expires at {Expires:u}")]
    private static partial void LogReplaced(ILogger logger, string section, string subject, DateTimeOffset expires);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Problem} The certificate that was read before stays in use; it expires at {Expires:u}")]
    private static partial void LogWrong(ILogger logger, string problem, DateTimeOffset expires);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The certificate of {Section} expires at {Expires:u}; replace its files, which this node takes over while it runs")]
    private static partial void LogExpires(ILogger logger, string section, DateTimeOffset expires);
}
