namespace Progeny.Engine.Tests.OnnxRuntime;

/// <summary>Tests that watch the memory of the process run alone.</summary>
[CollectionDefinition("Memory", DisableParallelization = true)]
public sealed class MemoryCollection;
