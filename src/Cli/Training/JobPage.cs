using System.Globalization;
using Progeny.Abstractions.Training;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Spectre.Console;

namespace Progeny.Cli.Training;

/// <summary>A job as people read it.</summary>
internal static class JobPage
{
    public static void Write(IAnsiConsole console, JobInfo job) => Tables.WritePairs(
        console,
        [
            ("job", job.Id),
            ("project", $"{job.Project} {job.Release}"),
            ("status", job.Status.IsEnd()
                ? ApiJson.NameOf(job.Status)
                : string.Create(CultureInfo.InvariantCulture, $"{ApiJson.NameOf(job.Status)}, {job.Progress * 100:0} %")),
            ("message", job.Message),
            ("created", Tables.Time(job.CreatedAt)),
            ("started", Tables.Time(job.StartedAt)),
            ("ended", job is { StartedAt: { } started, EndedAt: { } ended }
                ? $"{Tables.Time(ended)} ({Tables.Duration(ended - started)})"
                : Tables.Time(job.EndedAt)),
            ("attempts", job.Attempts > 1 ? Tables.Count(job.Attempts) : null),
            ("generation", job.Generation?.ToString()),
            ("left out", job.Skipped is { } skipped
                ? $"{Tables.Count(skipped.Rows)} of {Tables.Count(skipped.Read)} rows, which do not fit the schema"
                : null),
            .. (job.Skipped?.First ?? []).Select(
                value => ($"  row {value.Row}", (string?)$"{value.Column}: {value.Value} {value.Reason}")),
            .. job.Metrics.Select(metric => ($"  {metric.Key}", (string?)Tables.Figure(metric.Value))),
        ]);
}
