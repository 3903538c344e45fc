using System.Text.Json;

namespace Progeny.Cli.Explanations;

/// <summary>The part of a feature in a prediction, as the server shows it.</summary>
internal sealed record ContributionView(string Feature, JsonElement? Value, string From, double Contribution, double? StandardError);
