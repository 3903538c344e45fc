using System.CommandLine;
using System.Text;
using Progeny.Cli.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Storage.Expressions;

namespace Progeny.Cli.Releases;

/// <summary>A project as it lies on the developer's disk.</summary>
internal static class ProjectFolder
{
    /// <summary>The option that names the folder.</summary>
    public static Option<string> Option() => new("--path")
    {
        Description = "The project's folder; without it, the current one.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".",
    };

    /// <summary>Reads and checks the manifest.</summary>
    /// <exception cref="InvalidManifestException">It is not valid.</exception>
    /// <exception cref="CliException">The folder is no project.</exception>
    public static async Task<Manifest> ReadManifestAsync(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, ManifestParser.FileName);
        if (!File.Exists(file))
        {
            throw new CliException(
                $"'{Path.GetFullPath(folder)}' is no project: it has no {ManifestParser.FileName}. 'progeny project init NAME' makes one, "
                    + "--path names another folder.");
        }

        if (new FileInfo(file).Length > ManifestParser.MaxLength)
            throw new CliException($"{ManifestParser.FileName} has more than {ManifestParser.MaxLength} bytes, the most allowed.");
        var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
        var result = ManifestParser.ParseUtf8(bytes);
        var text = Encoding.UTF8.GetString(bytes);
        var manifest = result.Manifest ?? throw new InvalidManifestException(result.Errors, text);
        return new ReleaseCompiler(new SqliteExpressionEngine()).Check(manifest, text) is { Count: > 0 } errors
            ? throw new InvalidManifestException(errors, text)
            : manifest;
    }
}
