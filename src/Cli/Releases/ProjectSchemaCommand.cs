using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Core.Manifests;

namespace Progeny.Cli.Releases;

/// <summary><c>progeny project schema</c></summary>
internal static class ProjectSchemaCommand
{
    public static Command Create(CliContext context)
    {
        var output = new Option<string?>(
            "--output", "-o") { Description = "The file to write; without it, standard output.", HelpName = "FILE" };
        var command = new Command("schema", "Print the JSON schema of progeny.yaml, for editors.") { output };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (result.GetValue(output) is { } file)
                await File.WriteAllTextAsync(file, ManifestSchema.ToJson(), cancellationToken);
            else
                context.WriteRaw(ManifestSchema.ToJson());
            return ExitCodes.Success;
        });
        return command;
    }
}
