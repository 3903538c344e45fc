namespace Progeny.Core.Releases.Packages;

/// <summary>One file of a package.</summary>
/// <param name="Path">The path inside the package, with <c>/</c>.</param>
/// <param name="Bytes">The size.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record PackageFile(string Path, long Bytes, string Sha256);
