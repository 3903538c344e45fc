using System.Globalization;
using Progeny.Core.Manifests.Shapes;

namespace Progeny.Core.Manifests;

/// <summary>Where the keys of a manifest stand in its text, for errors that are found later than by parsing.</summary>
public sealed class ManifestPlaces
{
    private readonly ManifestNode? root;

    private ManifestPlaces(ManifestNode? root) => this.root = root;

    public static ManifestPlaces Read(string yaml) => new(ManifestTree.Read(yaml, new ErrorList(ManifestParser.FileName)));

    /// <summary>Errors with their places in the text.</summary>
    /// <param name="errors">What is wrong, by the path of the key.</param>
    /// <param name="yaml">The text of the manifest; null: all errors are placed at its start.</param>
    public static IReadOnlyList<ManifestError> Locate(IReadOnlyList<(string Path, string Message)> errors, string? yaml = null)
    {
        var places = yaml is null || errors.Count == 0 ? null : Read(yaml);
        return [.. errors.Select(error =>
        {
            var (line, column) = places?.Find(error.Path) ?? (1, 1);
            return new ManifestError(line, column, error.Path, error.Message);
        })];
    }

    /// <summary>
    /// Line and column, from 1, of the value of a key such as <c>rules[2].then.set.hour</c>; null: the text has no such key.
    /// </summary>
    public (int Line, int Column)? Find(string path)
    {
        var node = root;
        foreach (var step in path.Split('.'))
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            node = node?[bracket < 0 ? step : step[..bracket]];
            if (bracket < 0)
                continue;
            var index = int.Parse(step.AsSpan()[(bracket + 1)..^1], CultureInfo.InvariantCulture);
            node = node is not null && index < node.Items.Count ? node.Items[index] : null;
        }

        return node is null ? null : (node.Line, node.Column);
    }
}
