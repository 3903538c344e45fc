namespace Progeny.Storage.Metrics;

/// <summary>Whose figure of a window it is.</summary>
/// <param name="IsShadow">Whether the arm is a shadow: its figures are not the project's.</param>
internal readonly record struct FigureKey(long Generation, int Step, long Start, string Name, string Arm, bool IsShadow)
{
    /// <summary>The name under which the number of known outcomes is stored among the figures.</summary>
    public const string OutcomesName = "outcomes";
}
