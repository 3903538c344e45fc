using System.Globalization;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Traces;

namespace Progeny.Gateway.Tracking;

/// <summary>A trace as MLflow's API shows it.</summary>
internal sealed record TraceView
{
    private const string ExperimentType = "MLFLOW_EXPERIMENT";

    private static readonly string[] _states = ["STATE_UNSPECIFIED", "OK", "ERROR", "IN_PROGRESS"];

    public string? TraceId { get; init; }

    public string? ClientRequestId { get; init; }

    public TraceLocation? TraceLocation { get; init; }

    public string? RequestTime { get; init; }

    public string? ExecutionDuration { get; init; }

    public string? State { get; init; }

    public Dictionary<string, string>? TraceMetadata { get; init; }

    public Dictionary<string, string>? Tags { get; init; }

    public string? RequestPreview { get; init; }

    public string? ResponsePreview { get; init; }

    public static TraceView Of(TraceInfo trace) => new()
    {
        TraceId = trace.TraceId,
        ClientRequestId = trace.ClientRequestId,
        TraceLocation = new(ExperimentType, new(trace.Experiment.ToString(CultureInfo.InvariantCulture))),
        RequestTime = DateTimeOffset.FromUnixTimeMilliseconds(trace.RequestTime)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        ExecutionDuration = trace.ExecutionDuration is not { } duration ? null
            : duration % 1000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{duration / 1000}s")
            : string.Create(CultureInfo.InvariantCulture, $"{duration / 1000.0:F3}s"),
        State = trace.State,
        TraceMetadata = new(trace.Metadata),
        Tags = new(trace.Tags),
        RequestPreview = trace.RequestPreview,
        ResponsePreview = trace.ResponsePreview,
    };

    /// <exception cref="TrackingException">A value is missing or wrong.</exception>
    public TraceInfo ToInfo()
    {
        var id = TrackingChecks.Length(TrackingChecks.Required(TraceId, "trace.trace_info.trace_id"), "trace_id", TrackingLimits.Key)!;
        if (TraceLocation is { Type: not (null or ExperimentType) })
            throw TrackingException.Invalid($"Traces are stored in experiments here: 'trace_location.type' must be {ExperimentType}.");
        return new TraceInfo
        {
            TraceId = id,
            ClientRequestId = ClientRequestId,
            Experiment = TrackingChecks.ExperimentId(TraceLocation?.MlflowExperiment?.ExperimentId),
            RequestTime = Time(TrackingChecks.Required(RequestTime, "request_time")),
            ExecutionDuration = Duration(ExecutionDuration),
            State = State is null || !_states.Contains(State) ? _states[0] : State,
            Metadata = Texts(TraceMetadata),
            Tags = Texts(Tags),
            RequestPreview = RequestPreview,
            ResponsePreview = ResponsePreview,
        };
    }

    private static long Time(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time.ToUnixTimeMilliseconds()
        : throw TrackingException.Invalid($"Invalid value '{text}' for parameter 'request_time' supplied: it must be a time such as "
            + "2026-11-28T18:08:05.604Z.");

    private static long? Duration(string? text)
    {
        const double MaxSeconds = 1e12;
        if (string.IsNullOrEmpty(text))
            return null;
        return text.EndsWith('s') && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds) < MaxSeconds
            ? (long)Math.Round(seconds * 1000)
            : throw TrackingException.Invalid($"Invalid value '{text}' for parameter 'execution_duration' supplied: it must be like 1.5s.");
    }

    private static Dictionary<string, string> Texts(Dictionary<string, string>? texts) => new(
        (texts ?? []).Select(pair => KeyValuePair.Create(
            TrackingChecks.Length(pair.Key, "key", TrackingLimits.Key)!, TrackingChecks.Cut(pair.Value, TrackingLimits.TagValue))),
        StringComparer.Ordinal);
}

/// <summary>Where a trace is stored.</summary>
internal sealed record TraceLocation(string? Type, TraceExperiment? MlflowExperiment);

/// <summary>The experiment of a trace.</summary>
internal sealed record TraceExperiment(string? ExperimentId);
