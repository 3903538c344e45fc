namespace Progeny.Trainer.Encoding;

/// <summary>Writes a row's encoded numbers.</summary>
public delegate void RowWriter(int row, Span<float> target);
