using Xunit.Sdk;

namespace Progeny.Storage.Tests.Stores;

/// <summary>A theory of what every database keeps; of PostgreSQL's it is skipped where that is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Progeny.Storage.Tests.Stores.StoreTheoryDiscoverer", "Progeny.Storage.Tests")]
public sealed class StoreTheoryAttribute : TheoryAttribute;
