namespace Progeny.Core.Manifests.Shapes;

/// <summary>Collects errors; bounded, so that a hostile file cannot make a report larger than itself.</summary>
internal sealed class ErrorList(string file)
{
    private const int Most = 1_000;

    private readonly List<ManifestError> errors = [];

    public bool Any => errors.Count > 0;

    public void Add(ManifestNode node, string path, string message) => Add(node.Line, node.Column, path, message);

    public void Add(int line, int column, string path, string message)
    {
        if (errors.Count < Most)
            errors.Add(new ManifestError(line, column, path, message) { File = file });
    }

    public IReadOnlyList<ManifestError> ToList() => [.. errors.OrderBy(e => e.Line).ThenBy(e => e.Column).Distinct()];
}
