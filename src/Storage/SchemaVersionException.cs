namespace Progeny.Storage;

/// <summary>A database file has a schema that is newer than this program.</summary>
public sealed class SchemaVersionException(string path, int found, int known) : IOException(
    $"The schema of {path} has version {found}, and this program knows versions up to {known}: it was written by a newer one. Run that version, or put back a backup of the data folder.");
