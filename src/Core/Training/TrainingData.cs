namespace Progeny.Core.Training;

/// <summary>The rows of a training, written to a file.</summary>
/// <param name="File">The path of the <c>data.csv</c>.</param>
/// <param name="Rows">How many there are.</param>
/// <param name="First">The ordinal of the first row; null without an ordinal or without rows.</param>
/// <param name="Last">The ordinal of the last row.</param>
/// <param name="Digest">The SHA-256 of the file, in lower-case hexadecimal digits.</param>
public sealed record TrainingData(string File, long Rows, Ordinal? First, Ordinal? Last, string Digest);
