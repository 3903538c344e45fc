namespace Progeny.Storage.Tests;

/// <summary>A class of tests that run on PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsPostgresAttribute : Attribute;
