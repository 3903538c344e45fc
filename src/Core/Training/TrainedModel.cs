using Progeny.Core.Training.Checks;

namespace Progeny.Core.Training;

/// <summary>What one run of a trainer left, its model accepted.</summary>
/// <param name="Folder">Where it ran.</param>
/// <param name="Data">The path of the rows it was trained on, out of its reach.</param>
/// <param name="Rows">The rows it was trained on.</param>
/// <param name="Kept">What it left, out of its reach.</param>
/// <param name="Metrics">Its own figures.</param>
/// <param name="Findings">What was found when it was accepted.</param>
internal sealed record TrainedModel(
    JobFolder Folder, string Data, long Rows, KeptOutput Kept, IReadOnlyDictionary<string, double> Metrics, ModelFindings Findings)
{
    /// <summary>The state for the next generation; null: none was left.</summary>
    public string? State => Directory.Exists(Kept.State) ? Kept.State : null;

    public void Delete()
    {
        JobFolder.Delete(Folder.Path);
        JobFolder.Delete(Kept.Path);
        File.Delete(Data);
    }
}
