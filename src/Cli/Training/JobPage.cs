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
            .. job.Metrics.Select(metric => ($"  {metric.Key}", (string?)Tables.Figure(metric.Value))),
        ]);
}
