using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Core.Releases;
using Spectre.Console;

namespace Progeny.Cli.Projects;

/// <summary><c>progeny project archive</c></summary>
internal static class ProjectArchiveCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var command = new Command("archive", "What is kept of a project: releases, generations, decisions, logged queries.") { project };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var answer = await client.GetAsync<ArchiveInfo>($"api/projects/{result.GetRequiredValue(project)}/archive", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, ArchiveInfo kept)
    {
        Tables.WritePairs(
            console,
            ("project", kept.Project),
            ("decommissioned", kept.Decommissioned is { } end
                ? $"{Tables.Time(end.At)}{(end.By is null ? "" : $" by {end.By}")}: {end.Reason}"
                : "no"),
            ("releases", Tables.Count(kept.Releases.Count)),
            ("promotions", Tables.Count(kept.Promotions.Count)),
            ("decisions", Tables.Count(kept.Decisions)),
            ("queries", kept.Queries.Records == 0
                ? "none"
                : $"{Tables.Count(kept.Queries.Records)} from {Tables.Time(kept.Queries.First)} to {Tables.Time(kept.Queries.Last)}"));
        var table = Tables.Create(console, "version", "stage", "made", "rows", "data", "package", "model").RightAlign(3, 4);
        foreach (var generation in kept.Generations)
        {
            table.AddTexts(
                generation.Reference.Version, ApiJson.NameOf(generation.Stage), Tables.Time(generation.CreatedAt), Tables.Count(
                    generation.Lineage.Rows),
                Short(generation.Lineage.DataDigest), Short(generation.Lineage.PackageDigest), Short(generation.Assets.Model));
        }

        if (kept.Generations.Count > 0)
            console.Write(table);
    }

    /// <summary>Enough of a digest to tell two apart; --json has all of it.</summary>
    private static string Short(string? digest) => digest is null ? "–" : digest[..Math.Min(12, digest.Length)];
}
