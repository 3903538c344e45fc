using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Core.Manifests;
using Spectre.Console;

namespace Progeny.Cli.Releases;

/// <summary><c>progeny project check</c></summary>
internal static class ProjectCheckCommand
{
    public static Command Create(CliContext context)
    {
        var path = ProjectFolder.Option();
        var command = new Command("check", "Check the manifest and say everything that is wrong with it.") { path };
        command.SetAction(async (result, cancellationToken) =>
        {
            var manifest = await ProjectFolder.ReadManifestAsync(result.GetValue(path)!, cancellationToken);
            context.Out.MarkupLine(
                $"{ManifestParser.FileName}: [bold]{manifest.Name} {manifest.Version.ToNormalizedString().EscapeMarkup()}[/] is "
                + "[green]valid[/] "
                + $"({manifest.Task.ToString().ToLowerInvariant()}, {Tables.Plural(manifest.Features.Count, "feature")}, "
                + $"{Tables.Plural(manifest.Tests.Count, "test")})");
            return ExitCodes.Success;
        });
        return command;
    }
}
