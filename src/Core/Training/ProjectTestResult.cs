namespace Progeny.Core.Training;

/// <summary>How one of a project's own tests went.</summary>
/// <param name="Name">The test's name.</param>
/// <param name="Passed">Whether all was as expected.</param>
/// <param name="Expected">What was expected, in words.</param>
/// <param name="Seen">What the model did, in words.</param>
public sealed record ProjectTestResult(string Name, bool Passed, string Expected, string Seen);
