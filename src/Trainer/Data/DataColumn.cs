namespace Progeny.Trainer.Data;

/// <summary>The values of one feature, a row each.</summary>
public abstract record DataColumn(string Name);
