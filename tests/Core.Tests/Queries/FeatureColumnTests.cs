using System.Runtime.InteropServices;
using Progeny.Abstractions.Queries;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.Queries;

public sealed class FeatureColumnTests
{
    [Fact]
    public void Floats_with_a_gap_become_NaN_in_the_tensor()
    {
        var column = new FeatureColumn(ServedManifests.Number("x", nullable: true), 1);
        column.EnsureCapacity(3);
        column.Set(0, 1.5).ShouldBeNull();
        column.Set(2, 3L).ShouldBeNull();
        Floats(column, 3).ShouldBe([1.5f, float.NaN, 3]);
        Floats(column, 3, except: [false, true, false]).ShouldBe([1.5f, 3]);
        column.Present.ShouldBe(2);
        column.Get(1).ShouldBeNull();
    }

    [Fact]
    public void Nullable_integers_travel_as_floats_and_are_kept_exact()
    {
        var column = new FeatureColumn(ServedManifests.Integer("n", nullable: true), 2);
        column.Set(0, 9_007_199_254_740_993L).ShouldBeNull();
        column.Get(0).ShouldBe(9_007_199_254_740_993L);
        Floats(column, 2).ShouldBe([9_007_199_254_740_993f, float.NaN]);
    }

    [Fact]
    public void Booleans_are_bytes_or_where_nullable_floats()
    {
        var required = new FeatureColumn(new Feature { Name = "b", Type = FeatureType.Bool }, 2);
        required.Set(0, true);
        required.Set(1, 0L);
        var bytes = new byte[2];
        required.CopyTo(2, [], new InputElements(DataType.Bool, bytes, []), 1);
        bytes.ShouldBe([1, 0]);
        var nullable = new FeatureColumn(new Feature { Name = "b", Type = FeatureType.Bool, Nullable = true }, 2);
        nullable.Set(1, true);
        Floats(nullable, 2).ShouldBe([float.NaN, 1]);
        nullable.Get(1).ShouldBe(true);
    }

    [Fact]
    public void Strings_with_a_gap_become_empty_in_the_tensor()
    {
        var column = new FeatureColumn(ServedManifests.Category("c", nullable: true), 4);
        column.Set(1, "a").ShouldBeNull();
        var texts = new string[2];
        column.CopyTo(2, [], new InputElements(DataType.Bytes, [], texts), 1);
        texts.ShouldBe(["", "a"]);
    }

    [Fact]
    public void Column_of_a_matrix_leaves_its_neighbours_alone()
    {
        var column = new FeatureColumn(ServedManifests.Number("x"), 2);
        column.Set(0, 1.5);
        column.Set(1, 2.5);
        float[] matrix = [7, 7, 7, 7, 7];
        column.CopyTo(2, [], new InputElements(DataType.Fp32, MemoryMarshal.AsBytes(matrix.AsSpan(1)), []), 3);
        matrix.ShouldBe([7, 1.5f, 7, 7, 2.5f]);
    }

    [Theory]
    [InlineData(DataType.Int32, 2_147_483_648L)]
    [InlineData(DataType.UInt64, -1L)]
    [InlineData(DataType.Int8, 128L)]
    public void Integer_that_the_model_cannot_hold_is_an_error_of_the_query(DataType type, long value)
    {
        var column = new FeatureColumn(ServedManifests.Integer("n"), 1);
        column.Set(0, value).ShouldBeNull();
        var error = Should.Throw<ModelException>(() => column.CopyTo(1, [], new InputElements(type, new byte[8], []), 1));
        error.IsInvalidInput.ShouldBeTrue();
        error.Message.ShouldContain($"'n' is {value} in row 0, which the model's type");
    }

    [Fact]
    public void Column_that_was_cleared_remembers_nothing()
    {
        var column = new FeatureColumn(ServedManifests.Number("x", nullable: true), 1);
        column.Augment(0, 1.0);
        column.Replace(0, 2.0);
        column.Clear(1);
        column.EnsureCapacity(5);
        column.Set(4, 3.0);
        column.IsAugmented(0).ShouldBeFalse();
        column.TryGetOriginal(0, out _).ShouldBeFalse();
        Floats(column, 5).ShouldBe([float.NaN, float.NaN, float.NaN, float.NaN, 3]);
    }

    [Fact]
    public void Augmented_values_are_told_apart_also_where_nothing_was_found()
    {
        var column = new FeatureColumn(ServedManifests.Number("x", nullable: true), 3);
        column.Set(0, 1.0);
        column.Augment(1, 2.0).ShouldBeNull();
        column.Augment(2, null).ShouldBeNull();
        Enumerable.Range(0, 3).Select(column.IsAugmented).ShouldBe([false, true, true]);
        column.IsMissing(2).ShouldBeTrue();
    }

    [Theory]
    [InlineData(double.NaN, "a value is required")]
    [InlineData(double.PositiveInfinity, "Infinity is out of the range of a 32-bit float")]
    [InlineData(1e300, "1E+300 is out of the range of a 32-bit float")]
    [InlineData("7", "the text '7' is not a number")]
    [InlineData(true, "true is not a number")]
    [InlineData('c', "a Char is not a value that a feature can have")]
    public void Value_that_is_no_float_is_refused(object value, string message)
    {
        var column = new FeatureColumn(ServedManifests.Number("x"), 1);
        column.Set(0, value).ShouldNotBeNull().ShouldContain(message);
        column.IsMissing(0).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0.5, "0.5 is not an integer")]
    [InlineData(double.NaN, "NaN is not an integer")]
    [InlineData(
        1e19, "1E+19 is too large to be exact; an integer in digits, from -9223372036854775808 to 9223372036854775807, would be right")]
    [InlineData(-1L, "-1 is below the least value allowed, 0")]
    public void Value_that_is_no_integer_is_refused(object value, string message) =>
        new FeatureColumn(ServedManifests.Integer("n") with { Min = 0 }, 1).Set(0, value).ShouldBe(message);

    private static float[] Floats(FeatureColumn column, int rows, bool[]? except = null)
    {
        var floats = new float[rows - (except?.Count(left => left) ?? 0)];
        column.CopyTo(rows, except, new InputElements(DataType.Fp32, MemoryMarshal.AsBytes(floats.AsSpan()), []), 1);
        return floats;
    }

    [Fact]
    public void Runs_of_numbers_are_what_they_are_one_by_one_and_end_before_one_that_needs_more_care()
    {
        var feature = new Feature { Name = "x", Type = FeatureType.Float, Nullable = true, Min = -5, Max = 1e30 };
        double[] values = [0.1, -5, 1e-45, 1e30, 7, double.NaN, 2, 1e39, -6, 3];
        var (one, many) = (new FeatureColumn(feature, values.Length), new FeatureColumn(feature, values.Length));
        var problems = values.Select((value, row) => one.SetNumber(row, value)).ToList();
        many.SetNumbers(0, values).ShouldBe(5);
        many.SetNumbers(5, values.AsSpan(5)).ShouldBe(0);
        many.SetNumbers(6, values.AsSpan(6)).ShouldBe(1);
        many.SetNumbers(9, values.AsSpan(9)).ShouldBe(1);

        many.Present.ShouldBe(one.Present);
        for (var row = 0; row < values.Length; row++)
        {
            many.IsMissing(row).ShouldBe(one.IsMissing(row));
            many.Get(row).ShouldBe(one.Get(row));
        }

        problems.Count(problem => problem is not null).ShouldBe(2);
        new FeatureColumn(feature with { Type = FeatureType.Int }, 1).SetNumbers(0, [1]).ShouldBe(0);
        var integers = new FeatureColumn(feature with { Type = FeatureType.Int }, 4);
        integers.SetIntegers(0, [3, -5, -6, 4]).ShouldBe(2);
        (integers.Get(1), integers.Present).ShouldBe((-5L, 2));
    }
}
