namespace Progeny.Trainer.Data;

/// <summary>A float, int or bool feature as 32-bit numbers, as the model gets them; NaN where the value is missing.</summary>
public sealed record NumberColumn(string Name, List<float> Values) : DataColumn(Name);
