using System.CommandLine;
using Progeny.Abstractions.Releases;
using Progeny.Cli.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Releases.Packages;
using Spectre.Console;

namespace Progeny.Cli.Releases;

/// <summary><c>progeny project release</c></summary>
internal static class ProjectReleaseCommand
{
    public static Command Create(CliContext context)
    {
        var path = ProjectFolder.Option();
        var output = new Option<string?>(
            "--output", "-o") { Description = "Write the package to this file and publish nothing.", HelpName = "FILE.zip" };
        var command = new Command("release", "Pack the project and publish the version in its manifest.") { path, output };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            var folder = result.GetValue(path)!;
            var manifest = await ProjectFolder.ReadManifestAsync(folder, cancellationToken);
            using var temporary = new TemporaryFolder();
            var package = temporary.At("package.zip");
            PackageIndex index;
            await using (var zip = File.Create(package))
                index = await PackageWriter.WriteAsync(folder, zip, cancellationToken);

            if (result.GetValue(output) is { } file)
            {
                Keep(context, folder, package, file);
                Say(context, manifest, "Packed", index, ("package", file), ("contents", $"sha256 {index.Digest}"));
                return ExitCodes.Success;
            }

            using var client = server.Connect(result);
            await using var upload = File.OpenRead(package);
            var answer = await client.UploadAsync<ReleaseInfo>(
                $"api/projects/{manifest.Name}/releases", upload, "application/zip", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Say(context, manifest, "Published", index, ("package", $"sha256 {answer.Value.PackageDigest}"), (
                    "next", $"progeny model train {manifest.Name}"));
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Keep(CliContext context, string folder, string package, string file)
    {
        var target = Path.GetFullPath(file);
        if (Directory.Exists(target))
            throw new CliException($"'{file}' is a folder; --output names the file to write.", ExitCodes.Usage);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(package, target, overwrite: true);
        if (PackageFolder.List(folder).Any(path => Path.GetFullPath(Path.Combine(folder, path)) == target))
        {
            context.Error.MarkupLine(
                $"[yellow]note:[/] '{file.EscapeMarkup()}' lies in the project's folder and would be in the next package; list it in "
                    + $"{PackageFolder.IgnoreFileName}");
        }
    }

    private static void Say(
        CliContext context, Manifest manifest, string done, PackageIndex index, params IEnumerable<(string, string?)> pairs)
    {
        context.Out.MarkupLine(
            $"[green]{done}[/] [bold]{manifest.Name} {manifest.Version.ToNormalizedString().EscapeMarkup()}[/]: "
            + $"{Tables.Plural(index.Files.Count, "file")}, {Tables.Plural(index.TotalBytes, "byte")}");
        Tables.WritePairs(context.Out, pairs);
    }
}
