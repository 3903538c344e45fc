namespace Progeny.Cli.Gates;

/// <summary>What one gate says.</summary>
internal sealed record GateVerdictView(string Name, bool Passed, string Message);
