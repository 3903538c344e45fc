namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>A text as a file in UTF-8 without a byte order mark, checked from end to end.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="LongestLine">The bytes of its longest line.</param>
/// <param name="HasMixedLines">Whether some lines end with <c>\r\n</c> and others with <c>\n</c>.</param>
/// <param name="Note">What was assumed about its encoding; null: nothing.</param>
internal sealed record PlainText(string Path, long Bytes, long LongestLine, bool HasMixedLines, string? Note);
