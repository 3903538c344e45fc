namespace Progeny.Core.Training;

/// <summary>What one run of a trainer left, its model accepted.</summary>
/// <param name="Folder">Where it ran.</param>
/// <param name="Rows">The rows it was trained on.</param>
/// <param name="Metrics">Its own figures.</param>
internal sealed record TrainedModel(JobFolder Folder, long Rows, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>The state for the next generation; null: none was left.</summary>
    public string? State => Directory.Exists(Folder.State) ? Folder.State : null;

    public void Delete() => Directory.Delete(Folder.Path, recursive: true);
}
