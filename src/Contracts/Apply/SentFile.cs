namespace Progeny.Contracts.Apply;

/// <summary>A file that was sent for a batch apply.</summary>
/// <param name="Input">What names it as the input of one batch apply.</param>
public sealed record SentFile(string Input);
