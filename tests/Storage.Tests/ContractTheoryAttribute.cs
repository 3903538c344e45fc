using Xunit.Sdk;

namespace Progeny.Storage.Tests;

/// <summary>
/// A theory of what a store promises on every database; it is skipped in classes marked with <see cref="NeedsPostgresAttribute"/> where
/// that is not installed.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Progeny.Storage.Tests.ContractTheoryDiscoverer", "Progeny.Storage.Tests")]
public sealed class ContractTheoryAttribute : TheoryAttribute;
