namespace Progeny.Cli.Drift;

/// <summary>Whether a generation's queries have drifted, as the server shows it.</summary>
internal sealed record DriftView(string Version, string Status, DriftLookView? Look);
