using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Training;
using Progeny.Abstractions.Tuning;
using Progeny.Core.Manifests;
using Progeny.Core.Tuning;

namespace Progeny.Core.Tracking.Runs;

/// <summary>
/// A job of a project as runs: one of the job, whose id the run has, and of a search one below it for each trial. It depends on nothing but
/// the job, so that runs recorded once more are the same.
/// </summary>
/// <param name="job">A job that has ended.</param>
/// <param name="manifest">The manifest of its release.</param>
/// <param name="generation">The generation that it made or asked; null: none.</param>
public sealed partial class JobRun(JobInfo job, Manifest manifest, GenerationInfo? generation)
{
    private const string Prefix = "progeny.";
    private const string Parent = "mlflow.parentRunId";

    /// <summary>Whether jobs of a kind are runs: those whose figures are compared.</summary>
    public static bool IsTracked(JobKind kind) => kind is JobKind.Train or JobKind.Tune or JobKind.Evaluate or JobKind.Backtest;

    /// <summary>The run to be created.</summary>
    public NewRun Run(long experiment) => new()
    {
        RunId = job.Id,
        Experiment = experiment,
        Name = $"{Word(job.Request.Kind)} {generation?.Reference.Version ?? job.Release}",
        UserId = job.Request.By,
        StartTime = (job.StartedAt ?? job.CreatedAt).ToUnixTimeMilliseconds(),
        Tags =
        [
            new("mlflow.source.type", "JOB"),
            new("mlflow.source.name", $"{job.Project}@{job.Release}"),
            new(Prefix + "kind", Word(job.Request.Kind)),
            new(Prefix + "trigger", Word(job.Request.Trigger)),
            new(Prefix + "release", $"{job.Project}@{job.Release}"),
            .. generation is null ? Array.Empty<TrackingTag>() : [new(Prefix + "generation", generation.Reference.ToString())],
            new("mlflow.note.content", job.Message),
        ],
    };

    /// <summary>The parameters with which was trained, and the figures.</summary>
    public RunBatch Batch()
    {
        var trained = job.Request.Kind is JobKind.Train or JobKind.Tune
            ? TrialParameters.In(manifest, generation?.Lineage.Parameters).Pipeline
            : null;
        List<TrackingTag> parameters = [];
        if (trained is not null)
        {
            parameters.Add(new("trainer", trained.Trainer ?? (trained.Command is null ? "model" : "command")));
            parameters.AddRange(trained.Parameters.Select(pair => new TrackingTag(NameOf(pair.Key), TextOf(pair.Value))));
        }

        AddText(parameters, "from", job.Request.From);
        AddText(parameters, "to", job.Request.To);
        if (generation is { } made && trained is not null)
        {
            parameters.Add(new("rows", made.Lineage.Rows.ToString(CultureInfo.InvariantCulture)));
            AddText(parameters, "previous", made.Lineage.Previous?.ToString(CultureInfo.InvariantCulture));
        }

        return new RunBatch
        {
            RunId = job.Id,
            Params = [.. parameters.DistinctBy(parameter => parameter.Key, StringComparer.Ordinal)],
            Metrics = Points(job.Metrics, job.EndedAt ?? job.CreatedAt),
        };
    }

    /// <summary>The rows that it was trained on; null: none are known.</summary>
    public DatasetInput? Data()
    {
        if (job.Request.Kind is not (JobKind.Train or JobKind.Tune) || generation?.Lineage is not { DataDigest: { } digest } lineage)
            return null;
        var source = new JsonObject
        {
            ["project"] = job.Project,
            ["query"] = manifest.Source?.Query,
            ["from"] = lineage.FirstOrdinal,
            ["to"] = lineage.LastOrdinal,
            ["sha256"] = digest,
        };
        return new DatasetInput
        {
            Tags = [new("mlflow.data.context", "training")],
            Dataset = new TrackedDataset
            {
                Name = manifest.Source?.Feed ?? manifest.Source?.File ?? "queries",
                Digest = TrackingChecks.Cut(digest, TrackingLimits.DatasetDigest),
                SourceType = "progeny",
                Source = source.ToJsonString(),
            },
        };
    }

    /// <summary>How it ended.</summary>
    public RunUpdate End() => new(job.Id, StatusOf(job.Status), job.EndedAt?.ToUnixTimeMilliseconds(), null);

    /// <summary>The runs of a search's trials, each round of a trial one.</summary>
    public IEnumerable<(NewRun Run, RunBatch Batch, RunUpdate End)> Trials(long experiment, IEnumerable<TrialInfo> trials) =>
        trials.Select(trial =>
        {
            var id = IdOf(trial);
            var ended = trial.StartedAt + TimeSpan.FromSeconds(trial.Seconds);
            var drawn = JsonNode.Parse(trial.Parameters)!.AsObject();
            return (
                new NewRun
                {
                    RunId = id,
                    Experiment = experiment,
                    Name = string.Create(CultureInfo.InvariantCulture, $"trial {trial.Number}, round {trial.Round}"),
                    UserId = job.Request.By,
                    StartTime = trial.StartedAt.ToUnixTimeMilliseconds(),
                    Tags =
                    [
                        new(Parent, job.Id),
                        new("mlflow.source.type", "JOB"),
                        new(Prefix + "kind", "trial"),
                        new(Prefix + "best", trial.Best ? "true" : "false"),
                        new("mlflow.note.content", trial.Message ?? ""),
                    ],
                },
                new RunBatch
                {
                    RunId = id,
                    Params =
                    [
                        .. drawn.Select(pair => new TrackingTag(NameOf(pair.Key), pair.Value!.ToString())),
                        new("rows", trial.Rows.ToString(CultureInfo.InvariantCulture)),
                    ],
                    Metrics = Points(
                        trial.Score is { } score ? trial.Metrics.SetItem("score", score) : trial.Metrics, ended),
                },
                new RunUpdate(id, StatusOf(trial.Status), ended.ToUnixTimeMilliseconds(), null));
        });

    /// <summary>An id that no other trial has: the job's, with the trial in the place of its last eight digits.</summary>
    private string IdOf(TrialInfo trial) =>
        string.Create(CultureInfo.InvariantCulture, $"{job.Id[..24]}{trial.Round:x2}{trial.Number:x6}");

    private static ImmutableArray<MetricPoint> Points(ImmutableSortedDictionary<string, double> metrics, DateTimeOffset at) =>
    [
        .. metrics.Select(metric => new MetricPoint
        {
            Key = NameOf(metric.Key),
            Value = metric.Value,
            Timestamp = at.ToUnixTimeMilliseconds(),
        }),
    ];

    private static void AddText(List<TrackingTag> parameters, string name, string? value)
    {
        if (value is not null)
            parameters.Add(new(name, value));
    }

    private static string TextOf(object? value) => TrackingChecks.Cut(
        value switch
        {
            null => "",
            string text => text,
            bool truth => truth ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => JsonSerializer.Serialize(value),
        },
        TrackingLimits.ParamValue);

    private static string StatusOf(JobStatus status) => status switch
    {
        JobStatus.Succeeded => "FINISHED",
        JobStatus.Cancelled => "KILLED",
        _ => "FAILED",
    };

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>A name as MLflow takes it.</summary>
    private static string NameOf(string name) => Unfit().Replace(name, "_");

    [GeneratedRegex(@"[^\w\-. /:]", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Unfit();
}
