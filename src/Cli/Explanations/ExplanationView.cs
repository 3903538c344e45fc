using System.Text.Json;

namespace Progeny.Cli.Explanations;

/// <summary>An explanation as the server shows it.</summary>
internal sealed record ExplanationView(
    string QueryId, string Version, string Arm, string Reason, IReadOnlyList<string> Rules, JsonElement Prediction, string Method, string Space, string? Class, double BaseValue, double Value,
    IReadOnlyList<ContributionView> Contributions, BackgroundView Background, long Samples, IReadOnlyList<string> Notes);
