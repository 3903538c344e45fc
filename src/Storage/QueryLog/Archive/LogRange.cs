namespace Progeny.Storage.QueryLog.Archive;

/// <summary>Which records of a project are wanted.</summary>
/// <param name="From">Those answered at that time or later, in microseconds since 1970.</param>
/// <param name="Until">Those answered before that time.</param>
/// <param name="After">Those behind that place in the log.</param>
/// <param name="Through">Those up to that place.</param>
internal readonly record struct LogRange(string Project, long From, long Until, long After, long Through);
