namespace Progeny.Cli.Gates;

/// <summary>What the gates before a stage say of a generation, as the server shows it.</summary>
internal sealed record GateReportView(bool Passed, IReadOnlyList<GateVerdictView> Verdicts);
